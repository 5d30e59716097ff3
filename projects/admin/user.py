from django.contrib import admin

from accounts.admin import UserAdmin
from accounts.models import User
from projects.admin.inlines import NewUserMembershipInline, UserMembershipInline


@admin.register(User)
class MemberUserAdmin(UserAdmin):
    """Staff accounts with the projects they belong to."""

    inlines = (UserMembershipInline, NewUserMembershipInline)
