/** Where the Unified Booking Backend's own API is. */
export const unifiedPaths =
  /^\/(auth\/[^/]*|seats(\/status)?|reserve-seat|create-order|confirm-booking|release-seat|my-bookings|booking\/[^/]*|webhook\/[^/]*|admin(\/.*)?)$/s

/** Its routes for the operator's console. Seats are synced by an app's server. */
export const unifiedAdminPaths = /^\/admin\/(?!sync-seats$)/

/** The one of its routes that carries inventory. */
export const syncPath = '/admin/sync-seats'
