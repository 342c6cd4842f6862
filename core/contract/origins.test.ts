import { describe, expect, test } from 'vitest'
import { AllowedDomain, asBrowsersWrite, Origin } from './origins.ts'

const wordsOf = (schema: typeof Origin, text: string): string | undefined =>
  schema.safeParse(text).error?.issues[0]?.message

describe('an origin is kept as browsers write it', () => {
  test.each([
    ['https://shop.example', 'https://shop.example'],
    [' HTTPS://Shop.Example/ ', 'https://shop.example'],
    ['https://shop.example:443', 'https://shop.example'],
    ['http://shop.example:80/', 'http://shop.example'],
    ['http://shop.example:443', 'http://shop.example:443'],
    ['https://shop.example:08443', 'https://shop.example:8443'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['https://Пример.рф', 'https://xn--e1afmkfd.xn--p1ai'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
    ['http://127.1:3000', 'http://127.0.0.1:3000'],
    ['capacitor://localhost', 'capacitor://localhost'],
    ['Ionic://LocalHost/', 'ionic://localhost'],
    ['tauri://localhost', 'tauri://localhost'],
    ['http://tauri.localhost', 'http://tauri.localhost'],
    ['app://localhost:8080', 'app://localhost:8080'],
    ['chrome-extension://abcdefghijklmnop', 'chrome-extension://abcdefghijklmnop'],
  ])('%s as %s', (typed, kept) => {
    expect(Origin.parse(typed)).toBe(kept)
    expect(Origin.parse(kept)).toBe(kept)
  })
})

describe('what no Origin can be equal to is refused with the reason', () => {
  test.each([
    ['*', /every host/],
    ['https://*.shop.example', /every host/],
    ['null', /anybody/],
    ['', /no scheme/],
    ['shop.example', /no scheme/],
    ['localhost:3000', /no scheme/],
    ['//shop.example', /no scheme/],
    ['https://', /no host/],
    ['capacitor://', /no host/],
    ['https://shop example', /no host/],
    ['https://shop.example:99999', /no host/],
    ['https://shop.example/book', /path/],
    ['https://shop.example?a=1', /query/],
    ['https://shop.example#top', /query/],
    ['https://ada:hunter2@shop.example', /password/],
    ['file:///index.html', /files/],
    ['wss://shop.example', /no origin of a page/],
    ['ftp://shop.example', /no origin of a page/],
  ])('%s', (typed, reason) => {
    expect(wordsOf(Origin, typed)).toMatch(reason)
    expect(wordsOf(Origin, typed)).not.toContain('hunter2')
  })
})

test.each([
  ['*', '*'],
  ['Shop.Example/', 'shop.example'],
  ['shop.example:443', 'shop.example:443'],
  ['localhost:3000', 'localhost:3000'],
  ['Bücher.example', 'xn--bcher-kva.example'],
  ['https://Shop.example:443/', 'https://shop.example'],
  ['capacitor://localhost', 'capacitor://localhost'],
])('the allowed domain %s is kept as %s', (typed, kept) => {
  expect(AllowedDomain.parse(typed)).toBe(kept)
})

test.each([
  ['*.shop.example', /every host/],
  ['shop.example/book', /path/],
  ['not a host', /no host/],
])('the allowed domain %s is refused with the reason', (typed, reason) => {
  expect(wordsOf(AllowedDomain, typed)).toMatch(reason)
})

test('what was stored as it was typed is told as browsers write it, and what is no origin stays', () => {
  expect(['https://Shop.example:443', 'shop.example', 'https://*.x'].map(asBrowsersWrite)).toEqual([
    'https://shop.example',
    'shop.example',
    'https://*.x',
  ])
})
