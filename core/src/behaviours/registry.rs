//! The registry: every behaviour in one line. No other file of this folder lists them, apart from the module declarations.
//!
//! It imports nothing, so that the types made from it can be used by the behaviours themselves: `behaviour` (the enum), `settings` (one
//! table for each), `any_facts` (the facts of any), `characters` and `rules`.

/// Calls the macro `$make` with the list. Behaviours come in the order in which their rules are called at a step.
///
/// A line is the folder and setting, then the type of the rule, which also names the variant of each enum. Its comment is the sentence
/// that the pages of the manual show. `system` lists the alerts about the program itself, which have no rule.
macro_rules! with_registry {
    ($make:ident) => {
        $make! {
            behaviours {
                /// A vessel stays slow or circles near a watched corridor or area.
                loitering: Loitering,
                /// Two ships lie close together at sea.
                rendezvous: Rendezvous,
                /// A small craft stops where a ship slowed or turned hours earlier.
                async_rendezvous: AsyncRendezvous,
                /// A ship on passage slows down in open water.
                slowdown: Slowdown,
                /// A vessel falls silent where it should be heard.
                ais_gap: AisGap,
                /// A vessel stops where a silent one could have come to it.
                dark_rendezvous: DarkRendezvous,
                /// A vessel leaves harbour, stops far out and comes back.
                out_and_back: OutAndBack,
                /// A small craft stops on the high seas.
                small_craft_stop: SmallCraftStop,
                /// A vessel enters a zone.
                zone_entry: ZoneEntry,
                /// A vessel leaves a zone.
                zone_exit: ZoneExit,
                /// A vessel is faster or slower than a zone allows.
                zone_speed: ZoneSpeed,
                /// A small craft lies alongside an anchored or moored ship.
                alongside_at_anchor: AlongsideAtAnchor,
                /// A vessel stays slow just outside a zone's border.
                limit_hugging: LimitHugging,
                /// A vessel drifts across its heading.
                drift: Drift,
                /// A vessel changes its draught without a port call.
                draught_change: DraughtChange,
                /// A vessel changes its destination at sea, or calls without loading.
                voyage_anomaly: VoyageAnomaly,
                /// A vessel reports a position that it cannot have reached.
                position_jump: PositionJump,
                /// Two ships use one MMSI.
                identity_conflict: IdentityConflict,
                /// A vessel changes its identity.
                identity_change: IdentityChange,
                /// Satellite navigation is disturbed.
                interference: Interference,
                /// A fishing vessel stops where its kind does not fish.
                fishing_out_of_place: FishingOutOfPlace,
                /// A listed vessel does something of interest.
                watchlist: Watchlist,
                /// A distress device is active.
                distress: Distress,
                /// Reception is lost at an input, a station or in an area.
                feed_silent: FeedSilent,
            }
            system {
                /// A sink has not delivered alerts; not a behaviour of a vessel.
                delivery_failed: DeliveryFailed,
                /// A test of a sink, sent by hand; not a behaviour of a vessel.
                delivery_test: DeliveryTest,
                /// More vessels are heard than there is room for; not a behaviour of a vessel.
                vessel_flood: VesselFlood,
            }
        }
    };
}
pub(super) use with_registry;
