import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { AdminSession, AppPage, headers } from '@holdfast/contract'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../edge/dev/seed.ts'
import { runHoldfast } from '../support/holdfast.ts'
import { createClient, told } from './client.ts'
import { everyStore, useWorld, type World } from './world.ts'

const envOf = ({ stack }: World) => ({
  ADMIN_EMAIL: stack.secrets.adminEmail,
  ADMIN_PASSWORD_HASH: stack.secrets.adminPasswordHash,
  ADMIN_TOKEN_SECRET: stack.secrets.adminTokenSecret,
})

async function appsOf({ stack }: World): Promise<AppPage['apps']> {
  const body = { email: stack.secrets.adminEmail, password: stack.secrets.adminPassword }
  const anybody = createClient(stack.edgeUrl, {})
  const { token } = told(200, AdminSession, await anybody.call('POST', '/v1/admin/login', { body }))
  const admin = anybody.with({ authorization: `Bearer ${token}` })
  return told(200, AppPage, await admin.call('GET', '/v1/admin/apps')).apps
}

/** An edge that gives everybody the hold it gave first. */
async function startLiar(edgeUrl: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  let first: string | undefined
  const app = new Hono().all('*', async (c) => {
    const { method, path } = c.req
    const isHold = method === 'POST' && path.endsWith('/holds')
    if (isHold && first !== undefined) return c.body(first, 201, { 'content-type': 'application/json' })
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: await c.req.text() }
    const passed = ['authorization', 'content-type', ...Object.values(headers)].flatMap((name) => {
      const value = c.req.header(name)
      return value === undefined ? [] : [[name, value] as const]
    })
    const answer = await fetch(`${edgeUrl}${path}`, { method, headers: Object.fromEntries(passed), ...body })
    const text = await answer.text()
    if (isHold && answer.status === 201) first = text
    return new Response(text, { status: answer.status, headers: { 'content-type': 'application/json' } })
  })
  const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      server.close()
      await once(server, 'close')
    },
  }
}

describe.each(everyStore)('npx holdfast smoke, which helm test runs, on $store', (ground) => {
  const world = useWorld(ground)

  test('sells one seat in an app of its own, which it leaves without a key that works', async () => {
    const smoke = await runHoldfast(['smoke', '--edge', world().stack.edgeUrl], envOf(world()))
    expect(smoke).toMatchObject({ code: 0, complained: '' })
    expect(smoke.told).toMatch(/^held and booked: BK-\d{8}-\w+\n$/)
    expect(await appsOf(world())).toEqual([
      expect.objectContaining({ active: false, paymentProvider: 'none' }),
    ])
  })

  test('fails where nobody answers, and tells no secret', async () => {
    const env = envOf(world())
    const lost = await runHoldfast(['smoke', '--edge', 'http://127.0.0.1:1'], env)
    expect(lost).toMatchObject({ code: 1, told: '' })
    for (const secret of [env.ADMIN_PASSWORD_HASH, env.ADMIN_TOKEN_SECRET])
      expect(lost.complained).not.toContain(secret)
  })

  test('fails when the admin is refused', async () => {
    const run = (change: Readonly<Record<string, string>>) =>
      runHoldfast(['smoke', '--edge', world().stack.edgeUrl], { ...envOf(world()), ...change })
    for (const change of [
      // Who only has the secret of tokens is no admin yet, nor who only has the hash.
      { ADMIN_PASSWORD_HASH: `$2b$10$${'a'.repeat(53)}` },
      { ADMIN_TOKEN_SECRET: randomBytes(32).toString('base64url') },
    ]) {
      const refused = await run(change)
      expect(refused).toMatchObject({ code: 1, told: '' })
      expect(refused.complained).toContain('invalid_token')
    }
    const unknown = await run({ ADMIN_PASSWORD_HASH: '' })
    expect(unknown.complained).toContain('ADMIN_PASSWORD_HASH: must be a bcrypt hash')
  })

  test('fails when the next buyer gets the seat as well, and puts its app away all the same', async () => {
    const liar = await startLiar(world().stack.edgeUrl)
    const deceived = await runHoldfast(['smoke', '--edge', liar.url], envOf(world()))
    await liar.stop()
    expect(deceived).toMatchObject({ code: 1, told: '' })
    expect(deceived.complained).toContain('the next buyer got a hold')
    expect((await appsOf(world())).map(({ active }) => active)).toEqual([false, false])
  })

  test('puts away the app of one that was cut off, and no other', async () => {
    const { stack, openShop } = world()
    const shop = await openShop()
    const cutOff = { name: 'A smoke test', paymentProvider: 'none', metadata: { madeBy: 'holdfast smoke' } }
    const { appId } = await createApp(stack.edgeUrl, stack.secrets, cutOff)
    expect((await runHoldfast(['smoke', '--edge', stack.edgeUrl], envOf(world()))).code).toBe(0)
    const active = (await appsOf(world())).filter((app) => app.active).map(({ id }) => id)
    expect(active).toContain(shop.appId)
    expect(active).not.toContain(appId)
  })
})
