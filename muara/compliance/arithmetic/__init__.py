"""Limits, loads, compliance and schedules as pure arithmetic: no Django, no database, no clock."""
