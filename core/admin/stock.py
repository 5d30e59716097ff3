"""Django's classes with a type argument for the type checker; at run time they take none."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin

if TYPE_CHECKING:
    StockModelAdmin = admin.ModelAdmin[Any]
    StockTabularInline = admin.TabularInline[Any, Any]
    StockModelForm = forms.ModelForm[Any]
else:
    StockModelAdmin = admin.ModelAdmin
    StockTabularInline = admin.TabularInline
    StockModelForm = forms.ModelForm
