-- What flows carry, one row for each protocol of each flow: a flow of smtp with tls has two.
-- app: the protocol, by the key of its object
-- bytes: payload of the flow, both directions
SELECT {key}, unnest(app) AS app, bytes_out + coalesce(bytes_in, 0) AS bytes FROM flows
