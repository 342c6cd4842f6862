import {
  AppId,
  AppInput,
  AppPatch,
  AppQuestion,
  AppsQuery,
  KeyQuestion,
  type KeyVerdict,
  RotateKeyRequest,
} from '@holdfast/contract'
import { type Context, Hono } from 'hono'
import type { Core } from '../context.ts'
import type { CoreEnv } from '../http/edge-assertion.ts'
import { assertAdmin, bodyOf, idOf, parse } from '../http/requests.ts'
import type { Identities } from '../identities.ts'
import { appVerdict } from './app-verdict.ts'
import { createApp } from './create-app.ts'
import { rememberingProven } from './proven-keys.ts'
import { listApps, readApp } from './read-apps.ts'
import { rotateKey } from './rotate-key.ts'
import { updateApp } from './update-app.ts'
import { verifyKey } from './verify-key.ts'

/** What the edge asks about a key that it does not know, and about an app that its operator has named. */
export function keyRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, keyHasher: rememberingProven(identities.keyHasher) }
  const told = (verdict: KeyVerdict['verdict']): KeyVerdict => ({ verdict, deniedUsers: [] })
  return new Hono<CoreEnv>()
    .post('/internal/keys/verify', async (c) =>
      c.json(told(await verifyKey(ctx, bodyOf(c, KeyQuestion))), 200),
    )
    .post('/internal/apps/verdict', async (c) =>
      c.json(told(await appVerdict(core, bodyOf(c, AppQuestion).appId)), 200),
    )
}

/** Apps as the admin makes and keeps them. */
export function appAdminRoutes(core: Core, identities: Identities) {
  const ctx = { ...core, ...identities }
  const idIn = (c: Context<CoreEnv>) => idOf(AppId, c.req.param('app') ?? '')
  return new Hono<CoreEnv>()
    .get('/', async (c) => {
      assertAdmin(c)
      return c.json(await listApps(core, parse(AppsQuery, c.req.query())), 200)
    })
    .post('/', async (c) => {
      assertAdmin(c)
      return c.json(await createApp(ctx, bodyOf(c, AppInput)), 201)
    })
    .get('/:app', async (c) => {
      assertAdmin(c)
      return c.json(await readApp(core, idIn(c)), 200)
    })
    .patch('/:app', async (c) => {
      assertAdmin(c)
      return c.json(await updateApp(ctx, { appId: idIn(c), patch: bodyOf(c, AppPatch) }), 200)
    })
    .delete('/:app', async (c) => {
      assertAdmin(c)
      return c.json(await updateApp(ctx, { appId: idIn(c), patch: { active: false } }), 200)
    })
    .post('/:app/keys/rotate', async (c) => {
      assertAdmin(c)
      const request = bodyOf(c, RotateKeyRequest)
      return c.json(await rotateKey(ctx, { appId: idIn(c), request }), 201)
    })
}
