import { problems } from '@holdfast/contract'
import { expect, test } from 'vitest'
import { createTestEdge } from '../testing.ts'

const pageAt = async (path: string) => {
  const response = await createTestEdge().call('GET', path, { key: null, token: null })
  expect(response.status).toBe(200)
  return { headers: response.headers, text: await response.text() }
}

test.each(['/docs', '/docs/errors'])('%s may do nothing but use its own origin', async (path) => {
  const { headers, text } = await pageAt(path)
  const policy = headers.get('content-security-policy') ?? ''
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toMatch(/unsafe|https?:|\*/)
  expect(headers.get('x-content-type-options')).toBe('nosniff')
  expect(headers.get('content-type')).toBe('text/html; charset=UTF-8')
  expect(text).not.toMatch(/<script>|<style|\son\w+=|\sstyle=/)
})

test('the place that a problem’s type names is on the page of refusals', async () => {
  const { text } = await pageAt('/docs/errors')
  for (const [code, { advice }] of Object.entries(problems)) {
    expect(text).toContain(`<article id="${code}"`)
    expect(text).toContain(advice)
  }
})
