"""The admin site: ``site.RiskSite`` names its pages; nothing registers itself by being imported."""
