-- Of a folded name of a site the words that tell it from others: "escondida" of "escondida mine",
-- "proyecto escondida" and "minera escondida ltda". Empty where there is none. Only functions of
-- pg_catalog, so that an index may be made of it.
CREATE OR REPLACE FUNCTION riskscore_site_name(folded text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(word, ' ' ORDER BY at), '')
    FROM unnest(string_to_array(folded, ' ')) WITH ORDINALITY each(word, at)
    WHERE word <> ALL ('{mine,mines,mining,mina,minas,minera,minero,mineracao,miniere,project,
        projects,proyecto,projeto,projet,operation,operations,operacion,operacao,deposit,deposito,
        complex,complejo,complexo,site,plant,planta,facility,unit,unidad,unidade,works,area,
        property,prospect,open,pit,underground,cielo,abierto,the,of,de,del,do,da,la,el,and,y,e,
        company,compania,corporation,ltd,ltda,limited,sa,spa,inc,plc,llc,group}'::text[])
$$;

-- The square of a twentieth of a degree that a point lies in: neighbours are found by it.
CREATE OR REPLACE FUNCTION riskscore_site_cell(latitude float8, longitude float8) RETURNS int
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT floor((latitude + 90) * 20)::int * 7200
        + mod(floor((longitude + 180) * 20)::int + 7200, 7200)
$$;

-- The squares within some six kilometres of a point: its own and those around it, in which a step
-- of longitude is as wide as the latitude needs (at most 20 squares).
CREATE OR REPLACE FUNCTION riskscore_site_cells(latitude float8, longitude float8) RETURNS int[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(DISTINCT riskscore_site_cell(
        latitude + up * 0.05, mod((longitude + across * 0.05 + 540)::numeric, 360)::float8 - 180))
    FROM generate_series(-1, 1) up, generate_series(
        -least(10, ceil(1 / greatest(cos(radians(latitude)), 0.01)))::int,
        least(10, ceil(1 / greatest(cos(radians(latitude)), 0.01)))::int) across
$$;

-- Kilometres between two points on a sphere.
CREATE OR REPLACE FUNCTION riskscore_site_km(
    latitude float8, longitude float8, other_latitude float8, other_longitude float8
) RETURNS float8
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT 2 * 6371.0088 * asin(sqrt(least(1,
        sin(radians(other_latitude - latitude) / 2) ^ 2
        + cos(radians(latitude)) * cos(radians(other_latitude))
          * sin(radians(other_longitude - longitude) / 2) ^ 2)))
$$;

-- Sites of one class may be one: a deposit becomes a mine; a smelter beside it is another.
CREATE OR REPLACE FUNCTION riskscore_site_class(kind text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT CASE kind WHEN 'deposit' THEN 'mine' ELSE kind END
$$;
