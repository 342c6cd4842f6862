import { expect, test } from 'vitest'
import { readDomain } from './allowed-domains.ts'

test.each([
  ['shop.example', 'shop.example'],
  [' Shop.Example/ ', 'shop.example'],
  ['http://localhost:3000/', 'http://localhost:3000'],
  ['https://Shop.Example:443', 'https://shop.example'],
  ['localhost:3000', 'localhost:3000'],
  ['shop.example:443', 'shop.example:443'],
  ['https://bücher.example', 'https://xn--bcher-kva.example'],
  ['*', '*'],
])('The allowed domain %s is kept as %s', (entry, domain) => {
  expect(readDomain(entry)).toEqual({ domain })
})

test.each([
  ['*.example.com', /every host/],
  ['https://*.example.com', /every host/],
  ['https://shop.example/book', /path/],
  ['shop.example?a=1', /path/],
  ['ftp://shop.example', /no origin/],
  ['http://user:hunter2@shop.example', /password/],
  ['not a host', /no host/],
  ['', /no host/],
  [`${'a'.repeat(200)}.example`, /characters/],
])('The allowed domain %s is left out with the reason', (entry, reason) => {
  expect(readDomain(entry)).toEqual({ dropped: expect.stringMatching(reason) })
})
