from core.admin.filters import RelatedFilter


class ProjectFilter(RelatedFilter):
    """By project, for every list whose rows have one."""

    title = "project"
    parameter_name = "project"
