from core.admin.filters import RelatedFilter


class SourceFilter(RelatedFilter):
    title = "source"
    parameter_name = "source"


class ConfigFilter(RelatedFilter):
    title = "provider config"
    parameter_name = "config"


class PersonFilter(RelatedFilter):
    title = "person"
    parameter_name = "person"
