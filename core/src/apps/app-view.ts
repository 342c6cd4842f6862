import type { AppView } from '@holdfast/contract'
import * as z from 'zod'
import type { AppDoc } from '../store/schema.ts'

const JsonObject = z.record(z.string(), z.unknown())

/** An app as its admin sees it. */
export const appView = (app: AppDoc): AppView => ({
  id: app.appId,
  name: app.name,
  domain: app.domain,
  active: app.active,
  allowedOrigins: app.allowedOrigins,
  allowedDomains: app.allowedDomains,
  allowNoOrigin: app.allowNoOrigin,
  paymentProvider: app.paymentProvider,
  paymentAccount: app.paymentAccount,
  botMode: app.botMode,
  rateLimits: app.rateLimits,
  eventDefaults: app.eventDefaults,
  browserVouching: app.browserVouching,
  metadata: JsonObject.parse(JSON.parse(app.metadata)),
  createdAt: app.createdAt.toISOString(),
})
