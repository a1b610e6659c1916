"""Who watches which projects: one query for alerts and messages alike."""

# Who watches which of the projects in ``{rows}`` (a table or query with a ``project_id``), by
# whichever of their watches, and whether one of these is to be mailed. A portfolio's positions
# count from their first to their last day.
WATCHED = """
SELECT user_id, project_id, bool_or(by_mail) AS by_mail FROM (
    SELECT w.user_id, w.by_mail, w.lens_id, r.project_id
    FROM {rows} r JOIN riskscore_watch w ON w.project_id = r.project_id
    UNION ALL
    SELECT w.user_id, w.by_mail, w.lens_id, r.project_id
    FROM riskscore_watch w JOIN riskscore_projectlist_projects m
        ON m.projectlist_id = w.project_list_id
    JOIN {rows} r ON r.project_id = m.project_id
    UNION ALL
    SELECT w.user_id, w.by_mail, f.lens_id, r.project_id
    FROM riskscore_watch w JOIN riskscore_portfolio f ON f.id = w.portfolio_id
    JOIN riskscore_position h ON h.portfolio_id = f.id
        AND coalesce(h.since, '-infinity') <= current_date
        AND coalesce(h.until, 'infinity') >= current_date
    JOIN {rows} r ON r.project_id = h.project_id
    WHERE f.archived_at IS NULL
) watching {where} GROUP BY user_id, project_id
"""
