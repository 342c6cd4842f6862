import { expect, test } from 'vitest'
import { isOriginOf } from './guards.ts'

const isOf = (allowedDomains: string[], origin: string) =>
  isOriginOf({ allowedOrigins: ['tauri://localhost'], allowedDomains }, origin)

test.each([
  ['shop.example', 'https://shop.example', true],
  ['shop.example', 'http://shop.example:8080', true],
  ['shop.example:443', 'https://shop.example', true],
  ['shop.example:443', 'http://shop.example', false],
  ['shop.example:80', 'http://shop.example', true],
  ['shop.example', 'https://shop.example.evil.example', false],
  ['localhost', 'capacitor://localhost', false],
  ['capacitor://localhost', 'capacitor://localhost', true],
  ['none.example', 'tauri://localhost', true],
  ['*', 'ionic://localhost', true],
  ['*', 'null', false],
])('the domain %s for a page of %s: %s', (domain, origin, isAllowed) => {
  expect(isOf([domain], origin)).toBe(isAllowed)
})
