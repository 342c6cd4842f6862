import { type AppView, Metadata } from '@holdfast/contract'
import type { AppDoc } from '../store/schema.ts'

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
  addressBudget: app.addressBudget,
  clientNetworks: app.clientNetworks,
  rateLimits: app.rateLimits,
  eventDefaults: app.eventDefaults,
  browserVouching: app.browserVouching,
  buyersKeptDays: app.buyersKeptDays,
  metadata: Metadata.parse(JSON.parse(app.metadata)),
  createdAt: app.createdAt.toISOString(),
})
