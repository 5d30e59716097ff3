"""Registers people; staff accounts are registered by projects.admin, which knows their memberships."""

from django.contrib import admin
from django.contrib.auth.models import Group

from accounts.admin.erasure import ErasureAdmin
from accounts.admin.person import PersonAdmin
from accounts.admin.user import UserAdmin

__all__ = ["ErasureAdmin", "PersonAdmin", "UserAdmin"]

# What staff may do follows from roles and memberships alone: groups would promise what they do not hold.
admin.site.unregister(Group)
