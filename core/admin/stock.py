"""Django's classes with a type argument for the type checker; at run time they take none."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin

if TYPE_CHECKING:
    StockModelAdmin = admin.ModelAdmin[Any]
    StockTabularInline = admin.TabularInline[Any, Any]
else:
    StockModelAdmin = admin.ModelAdmin
    StockTabularInline = admin.TabularInline
