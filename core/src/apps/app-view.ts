import type { AppView } from '@holdfast/contract'
import type { AppDoc } from '../store/schema.ts'

/** An app as its admin sees it. */
export const appView = (app: AppDoc): AppView => ({
  id: app.appId,
  name: app.name,
  active: app.active,
  allowedOrigins: app.allowedOrigins,
  allowNoOrigin: app.allowNoOrigin,
  paymentProvider: app.paymentProvider,
  rateLimits: app.rateLimits,
  createdAt: app.createdAt.toISOString(),
})
