import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GuestSession, HoldView, Notice, problems } from '@holdfast/contract'
import { operations } from '@holdfast/contract/operations'
import axe from 'axe-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callApi } from '../../edge/dev/api.ts'
import { createApp, type SeededApp, seedEvents } from '../../edge/dev/seed.ts'
import { type Stack, startStack } from '../../edge/dev/stack.ts'
import { chromiumPath } from '../support/chromium.ts'
import { openBrowser, watch } from './browser.ts'

/** The reference, as it is served by each entry of the edge. */
function docsTests(edge: 'node' | 'worker'): void {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-docs-'))
  let stack: Stack
  let app: SeededApp
  let browser: Browser

  beforeAll(async () => {
    stack = await startStack({ dir, edge, redis: 'embedded' })
    const input = { name: 'Demo', allowedOrigins: [stack.edgeUrl], paymentProvider: 'simulated' }
    app = await createApp(stack.edgeUrl, stack.secrets, input)
    await seedEvents(stack.edgeUrl, app.secretKey, () => {})
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser?.close()
    await stack?.stop()
    rmSync(dir, { recursive: true, force: true })
  })

  const open = async (path: string) => {
    const watched = await watch(browser, stack.edgeUrl)
    await watched.page.goto(`${stack.edgeUrl}${path}`)
    return watched
  }

  test('the document is served with a tag, to pages of any origin', async () => {
    const url = `${stack.edgeUrl}/openapi.json`
    const headers = { origin: 'https://tool.example' }
    const first = await callApi(url, { headers })
    expect(first.status).toBe(200)
    expect(first.headers.get('content-type')).toMatch(/^application\/json/)
    expect(first.headers.get('access-control-allow-origin')).toMatch(/^(\*|https:\/\/tool\.example)$/)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).not.toBe('')
    expect((await callApi(url, { headers: { 'if-none-match': etag } })).status).toBe(304)
  })

  test('/docs shows every operation and every webhook, from its own origin and within its policy', async () => {
    const { page, complaints } = await open('/docs')
    await page.locator('.opblock').first().waitFor()
    expect(await page.locator('.opblock').count()).toBe(
      Object.keys(operations).length + Notice.options.length,
    )
    expect(complaints).toEqual([])
    await page.close()
  })

  test('an example of /docs can be sent from it as it stands', async () => {
    const guest = { method: 'POST', headers: { 'x-api-key': app.publishableKey, origin: stack.edgeUrl } }
    const { token } = GuestSession.parse((await callApi(`${stack.edgeUrl}/v1/auth/guest`, guest)).body)
    const { page, complaints } = await open('/docs')
    await page.getByRole('button', { name: 'Authorize' }).first().click()
    const schemes = page.locator('.auth-container')
    for (const [name, value] of [
      ['appKey', app.publishableKey],
      ['buyerToken', token],
    ] as const) {
      const scheme = schemes.filter({ has: page.locator('code, h4', { hasText: name }) })
      await scheme.locator('input').fill(value)
      await scheme.getByRole('button', { name: 'Apply credentials' }).click()
    }
    await page.locator('.close-modal').click()
    const operation = page.locator('#operations-Holds-createHold')
    await operation.locator('.opblock-summary-control').click()
    await operation.getByRole('button', { name: 'Execute' }).click()
    const answer = operation.locator('.live-responses-table .response').first()
    await answer.waitFor()
    expect(await answer.locator('.response-col_status').innerText()).toContain('201')
    const text = await answer.locator('.highlight-code code').first().innerText()
    expect(HoldView.parse(JSON.parse(text)).seats.map(({ id }) => id)).toEqual(['A-12', 'A-13'])
    expect(complaints).toEqual([])
    await page.close()
  })

  test('/docs/errors tells of every code at its place, and everybody can read it', async () => {
    const { page, complaints } = await open('/docs/errors#seats_unavailable')
    const ids = await page.locator('article').evaluateAll((articles) => articles.map(({ id }) => id))
    expect(ids.toSorted()).toEqual(Object.keys(problems).toSorted())
    expect(await page.locator('article:target').innerText()).toContain(problems.seats_unavailable.advice)
    await page.evaluate(axe.source)
    const { violations } = await page.evaluate<axe.AxeResults>('axe.run()')
    const grave = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(grave.map(({ id, help }) => `${id}: ${help}`)).toEqual([])
    expect(complaints).toEqual([])
    await page.close()
  })
}

describe.runIf(chromiumPath !== undefined)('the reference in a browser', () => {
  describe('on Node', () => docsTests('node'))
  describe('on Workers', () => docsTests('worker'))
})
