import {
  AdminSession,
  AppInput,
  AppPath,
  type AppView,
  LogInRequest,
  type Openly,
  Problem,
} from '@holdfast/contract'
import { Hono } from 'hono'
import type { EdgeEnv } from '../../context.ts'
import { jsonBody, pathIds, query } from '../../middleware/validate.ts'
import { createAppCalls } from './app-calls.ts'
import type { Unified } from './context.ts'
import { pagination } from './pages.ts'
import { AdminAppsQuery, AdminLogInBody, AppChange, AppRequest, RotateRequest } from './requests.ts'

/** An app, as this API tells of it. */
const wireApp = (app: Openly<AppView>) => ({
  _id: app.id,
  appId: app.id,
  name: app.name,
  domain: app.domain,
  allowedDomains: app.allowedDomains,
  isActive: app.active,
  metadata: app.metadata,
  // Which admin it was is not kept with the app, and what was changed later leaves no time behind.
  createdBy: 'admin',
  createdAt: app.createdAt,
  updatedAt: app.createdAt,
})

const noPages =
  'Its pages cannot take money, only its server can say what was paid: set UNIFIED_DEFAULT_PROVIDER of the edge for the next apps, and paymentProvider of this one by PATCH /v1/admin/apps/{id}'

/** The operator's apps. */
export function adminAppRoutes({ envelope, settings, services: { guards, core } }: Unified) {
  const apps = createAppCalls(core)
  const { adminOrigin, adminLogins, adminWrites, admin } = guards
  const change = jsonBody(AppChange)

  return new Hono<EdgeEnv>()
    .post('/admin/login', adminOrigin, adminLogins, jsonBody(AdminLogInBody), async (c) => {
      const { password, code, ...name } = c.req.valid('json')
      const typed = 'email' in name ? name.email : name.username
      // What cannot be a password is as wrong as any other.
      if (!LogInRequest.shape.password.safeParse(password).success) throw new Problem('invalid_credentials')
      // An e-mail is a name as well.
      const request = { username: typed, password, ...(code !== undefined && { code }) }
      const session = await apps.ask('POST', '/v1/admin/login', AdminSession, c.var, request)
      const { token, expiresInSeconds: expiresIn } = session
      return envelope.done({ token, expiresIn, admin: { ...name, type: 'admin' } }, 'Signed in')
    })
    .use('/admin/apps/*', adminOrigin, adminWrites, admin)
    .post('/admin/apps', jsonBody(AppRequest), async (c) => {
      const { use, ...input } = c.req.valid('json')
      const { app } = await apps.create(AppInput.parse(input), settings.defaultProvider, c.var)
      const { key: apiKey } = await apps.rotate(app.id, c.var, { use })
      const isPaidElsewhere = app.paymentProvider === 'external' || app.paymentProvider === 'none'
      const said = isPaidElsewhere ? `App created. ${noPages}` : 'App created'
      return envelope.done({ app: wireApp(app), apiKey }, said, 201)
    })
    .get('/admin/apps', query(AdminAppsQuery), async (c) => {
      const { domain, isActive, ...page } = c.req.valid('query')
      const filter = { ...(domain && { domain }), ...(isActive && { active: isActive }) }
      const found = await apps.list(page, filter, c.var)
      const shown = found.apps.map(wireApp)
      const data = { apps: shown, count: shown.length, pagination: pagination(page, found.total) }
      return envelope.done(data, 'Apps')
    })
    .get('/admin/apps/:appId', pathIds(AppPath), async (c) =>
      envelope.done({ app: wireApp(await apps.read(c.req.valid('param').appId, c.var)) }, 'App'),
    )
    .on(['PATCH', 'PUT'], '/admin/apps/:appId', pathIds(AppPath), change, async (c) => {
      const app = await apps.change(c.req.valid('param').appId, c.req.valid('json'), c.var)
      return envelope.done({ app: wireApp(app) }, 'App changed')
    })
    .delete('/admin/apps/:appId', pathIds(AppPath), async (c) => {
      const app = await apps.change(c.req.valid('param').appId, { isActive: false }, c.var)
      return envelope.done({ app: wireApp(app) }, 'App deactivated')
    })
    .post('/admin/apps/:appId/rotate-key', pathIds(AppPath), jsonBody(RotateRequest), async (c) => {
      const { app: appId, key } = await apps.rotate(c.req.valid('param').appId, c.var, c.req.valid('json'))
      return envelope.done({ appId, newApiKey: key }, 'Key rotated: the one before it has ended')
    })
}
