from django.urls import path

from accounts.views.staff import staff_end_sessions, staff_reset_factors, staff_sign_in

app_name = "staff"
urlpatterns = [
    path("staff/<uuid:pk>/sign-in/", staff_sign_in, name="sign_in"),
    path("staff/<uuid:pk>/sign-in/end/", staff_end_sessions, name="end_sessions"),
    path("staff/<uuid:pk>/sign-in/reset/", staff_reset_factors, name="reset_factors"),
]
