import { patterns } from '@holdfast/contract'

/** Where the Unified Booking Backend's own API is. */
export const unifiedPaths = patterns.unifiedPath

/** Where nothing is that is not its: everywhere but where Holdfast's own API and pages and those of TicketS are. */
export const unifiedWords = /^\/(?!(v1|api|docs|\.well-known|internal|livez|readyz|openapi\.json)(\/|$))/

/** Its routes for the operator's console. Seats are synced by an app's server. */
export const unifiedAdminPaths = /^\/admin\/(?!sync-seats$)/

/** The one of its routes that carries inventory. */
export const syncPath = '/admin/sync-seats'
