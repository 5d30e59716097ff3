"""What every admin page of ours is made of: access by queryset, lists that stay quick over large tables."""
