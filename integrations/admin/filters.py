from core.admin.filters import RelatedFilter


class SourceFilter(RelatedFilter):
    title = "source"
    parameter_name = "source"
