"""The admin site: the stock one, under our name."""

from django.contrib.admin import AdminSite


class CountinghouseAdminSite(AdminSite):
    site_header = "Countinghouse"
    site_title = "Countinghouse"
    index_title = "Settings"
    enable_nav_sidebar = True
