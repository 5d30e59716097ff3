"""Who lets a tool run: the steps of an execution, and the policies that take some of them."""
