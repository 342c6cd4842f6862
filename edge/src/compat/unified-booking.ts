import { Hono } from 'hono'
import type { EdgeEnv } from '../context.ts'
import type { Services } from '../services.ts'
import type { VerifyingSecrets } from '../tokens.ts'
import { adminAppRoutes } from './unified-booking/admin-apps.ts'
import { adminReportRoutes } from './unified-booking/admin-reports.ts'
import { authRoutes } from './unified-booking/auth.ts'
import { bookingRoutes } from './unified-booking/bookings.ts'
import type { Unified } from './unified-booking/context.ts'
import { createEnvelope } from './unified-booking/envelope.ts'
import { type UnifiedSettings, unifiedGuards } from './unified-booking/guards.ts'
import { reservationRoutes } from './unified-booking/reservations.ts'
import { createSeatNames } from './unified-booking/seat-names.ts'
import { seatRoutes } from './unified-booking/seats.ts'
import { serviceRoutes } from './unified-booking/service.ts'
import { syncRoutes } from './unified-booking/sync-seats.ts'
import { webhookRoutes } from './unified-booking/webhook.ts'

/**
 * The API of the Unified Booking Backend, as its frontends and its console know it. Nothing is decided here: each
 * route says in its own words what a route of `/v1` does.
 */
export function unifiedBookingRoutes(
  services: Services,
  settings: UnifiedSettings,
  userTokenSecrets: VerifyingSecrets,
) {
  const unified: Unified = {
    services,
    guards: unifiedGuards(services, settings, userTokenSecrets),
    settings,
    envelope: createEnvelope(services.platform),
    names: createSeatNames(services.core, services.platform),
  }
  return new Hono<EdgeEnv>()
    .route('/', serviceRoutes(unified))
    .route('/', authRoutes(unified))
    .route('/', seatRoutes(unified))
    .route('/', reservationRoutes(unified))
    .route('/', bookingRoutes(unified))
    .route('/', adminAppRoutes(unified))
    .route('/', adminReportRoutes(unified))
    .route('/', syncRoutes(unified))
    .route('/', webhookRoutes(unified))
}
