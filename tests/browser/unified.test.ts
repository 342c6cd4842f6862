import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { useWorld } from '../e2e/world.ts'
import { chromiumPath } from '../support/chromium.ts'
import { sqlite } from '../support/databases.ts'
import { consoleOf, doneIn, unifiedApp } from '../support/unified.ts'
import { openBrowser, type ServedPage, servePage, watch } from './browser.ts'

/** What the predecessor's own pages do, in plain JavaScript; it runs in the browser. */
const script = `
  const caller = (baseUrl, headers) => async (method, path, body) => {
    const response = await fetch(baseUrl + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body && { body: JSON.stringify(body) }),
    })
    return { status: response.status, ...(await response.json()) }
  }
  window.shop = async ({ baseUrl, appId, apiKey, entityId }) => {
    const page = caller(baseUrl, { 'x-app-id': appId, 'x-api-key': apiKey })
    const form = { password: 'correct horse', name: 'Asha' }
    const [asha, ravi] = await Promise.all(['asha', 'ravi'].map(async (who) => {
      const { data } = await page('POST', '/auth/signup', { email: who + '@example.org', ...form })
      return caller(baseUrl, { 'x-app-id': appId, 'x-api-key': apiKey, authorization: 'Bearer ' + data.token })
    }))
    const [seat] = (await asha('GET', '/seats?entityId=' + entityId)).data.seats
    const reserved = await asha('POST', '/reserve-seat', { seatId: seat._id })
    const refused = await ravi('POST', '/reserve-seat', { seatId: seat._id })
    const { reservationToken } = reserved.data
    const released = await asha('POST', '/release-seat', { reservationToken })
    const mine = await asha('GET', '/my-bookings')
    return [reserved.status, refused.error.code, released.status, mine.data.bookings.length]
  }
  window.desk = async ({ baseUrl, email, password, appId }) => {
    const login = await caller(baseUrl, {})('POST', '/admin/login', { email, password })
    const admin = caller(baseUrl, { authorization: 'Bearer ' + login.data.token })
    const path = '/admin/apps/' + appId
    const answers = [
      await admin('GET', '/admin/apps'),
      await admin('PATCH', path, { name: 'Renamed' }),
      await admin('PUT', path, { name: 'Again' }),
      await admin('DELETE', path),
    ]
    return answers.map(({ status, success }) => [status, success])
  }
`

describe.runIf(chromiumPath !== undefined)('the predecessor’s own pages, from another origin', () => {
  const world = useWorld({ ...sqlite, redis: 'embedded' })
  let served: ServedPage
  let browser: Browser

  beforeAll(async () => {
    const html = '<!doctype html><link rel="icon" href="data:,"><script src="/page.js"></script>'
    served = await servePage({ '/': ['text/html', html], '/page.js': ['text/javascript', script] })
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    served?.close()
  })

  /** Opens the page at this host and calls what it has there. */
  async function visit(host: string, what: 'shop' | 'desk', given: object) {
    const origin = `http://${host}:${served.port}`
    const { page, complaints } = await watch(browser, origin, world().stack.edgeUrl)
    await page.goto(`${origin}/`)
    const told = await page.evaluate(`window.${what}(${JSON.stringify(given)})`)
    await page.close()
    return { told, complaints }
  }

  test('a shop signs up, looks, reserves, is refused and releases: every preflight lets it pass', async () => {
    const { edgeUrl, secrets } = world().stack
    const admin = await consoleOf(edgeUrl, secrets)
    const shop = await unifiedApp(edgeUrl, admin, {
      ...{ name: 'Shop', domain: 'EVENT', allowedDomains: ['127.0.0.1'] },
    })
    const seats = [{ seatNumber: 'A1', price: 45 }]
    doneIn(await shop.server.post('/admin/sync-seats', { entityId: 'gala', seats }))
    const { appId, apiKey } = shop
    const { told, complaints } = await visit('127.0.0.1', 'shop', {
      ...{ baseUrl: edgeUrl, appId, apiKey, entityId: 'gala' },
    })
    expect(told).toEqual([200, 'SEAT_LOCK_ERROR', 200, 0])
    // The browser itself reports every refusal as a failed load.
    expect(complaints.filter((complaint) => !complaint.includes('status of 409'))).toEqual([])
  })

  test('a console reads, changes and deactivates apps: every preflight lets it pass', async () => {
    const { edgeUrl, secrets } = world().stack
    const admin = await consoleOf(edgeUrl, secrets)
    const { appId } = await unifiedApp(edgeUrl, admin, { name: 'Shop', domain: 'BUS' })
    const { adminEmail: email, adminPassword: password } = secrets
    const { told, complaints } = await visit('localhost', 'desk', {
      ...{ baseUrl: edgeUrl, email, password, appId },
    })
    expect(told).toEqual(Array.from({ length: 4 }, () => [200, true]))
    expect(complaints).toEqual([])
  })
})
