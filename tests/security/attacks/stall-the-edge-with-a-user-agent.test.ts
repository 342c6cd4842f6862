/*
 * The attacker sends GETs with a User-Agent as long as Node takes one, made so that a pattern begins anew at every place of it
 * and reads on to the end: each cost the edge's one event loop a tenth of a second, and twenty at once made it look dead.
 */
import { describe, expect, test, vi } from 'vitest'
import { scoreBot } from '../../../edge/src/bot-score.ts'

const headerLength = 16_000
/** What the longest agents of browsers have, twice. */
const judgedLengthMax = 1_024
const hostile = [
  'Gecko/',
  '(iPhone',
  '"Chromium";  ',
  'Chrome/1',
  'Version/1',
  ' OS 1',
  '%',
  'a ',
  '((',
  '\\',
]

/** How long the longest text was that any pattern saw of a request with these headers, and which headers were asked for. */
function judged(sent: Readonly<Record<string, string>>) {
  const asked: string[] = []
  const seen = vi.spyOn(RegExp.prototype, 'exec')
  try {
    scoreBot({
      method: 'GET',
      header: (name) => {
        asked.push(name)
        return sent[name]
      },
      isNative: false,
      isSecure: true,
    })
    return { asked, longest: Math.max(...seen.mock.calls.map(([text]) => text.length)) }
  } finally {
    seen.mockRestore()
  }
}

describe.each(hostile)('headers full of %s', (part) => {
  const text = part.repeat(headerLength / part.length)

  test('are read no further than a browser’s are long, however long they are', () => {
    for (const agent of [text, `Mozilla/5.0 (X) AppleWebKit/1 ${text}`]) {
      const { longest } = judged({ 'user-agent': agent, 'sec-ch-ua': text, 'sec-ch-ua-platform': text })
      expect(longest).toBeGreaterThan(0)
      expect(longest).toBeLessThanOrEqual(judgedLengthMax)
    }
  })

  test('are read once a request', () => {
    const { asked } = judged({ 'user-agent': text, 'sec-ch-ua': text })
    expect(asked.filter((name) => name === 'user-agent')).toHaveLength(1)
  })
})
