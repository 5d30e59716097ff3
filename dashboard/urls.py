from django.urls import path

from dashboard.views.icon import icon
from dashboard.views.overview import overview
from dashboard.views.search import search_page
from dashboard.views.theme import theme

app_name = "dashboard"
urlpatterns = [
    path("", overview, name="overview"),
    path("search/", search_page, name="search"),
    path("theme/", theme, name="theme"),
    path("favicon.ico", icon, name="icon"),
]
