import { describe, expect, test } from 'vitest'
import { LogInRequest } from './auth.ts'
import { Email, EmailQuery, emailKey, TypedEmail } from './mail-addresses.ts'

describe('an address of mail is taken in any alphabet and kept as it is compared', () => {
  test.each([
    ['ada@example.org', 'ada@example.org'],
    ['  Ada@Example.ORG \n', 'ada@example.org'],
    ['\u00a0ada@example.org\u3000', 'ada@example.org'],
    ['ada+tickets@example.org', 'ada+tickets@example.org'],
    ["o'neil/x=y!z@example.org", "o'neil/x=y!z@example.org"],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
    ['ada@XN--BCHER-KVA.example', 'ada@xn--bcher-kva.example'],
    ['ada@bu\u0308cher.example', 'ada@xn--bcher-kva.example'],
    ['Анна@Пример.РФ', 'анна@xn--e1afmkfd.xn--p1ai'],
    ['анна@xn--e1afmkfd.xn--p1ai', 'анна@xn--e1afmkfd.xn--p1ai'],
    ['用户@例子。广告', '用户@xn--fsqu00a.xn--4rr70v'],
    ['jose\u0301@example.org', 'josé@example.org'],
    ['संपर्क@डाटामेल.भारत', 'संपर्क@xn--c2bd4bq1db8d.xn--h2brj9c'],
    ['ada@a.b-c.museum', 'ada@a.b-c.museum'],
  ])('%s', (typed, kept) => {
    expect(Email.parse(typed)).toBe(kept)
    expect(Email.parse(kept)).toBe(kept)
    expect([emailKey(typed), TypedEmail.parse(typed)]).toEqual([kept, kept])
  })

  test.each([
    '',
    'nobody',
    '@example.org',
    'ada@',
    'ada@localhost',
    'ada@example',
    'ada@example..org',
    'ada@.org',
    'ada@example.org.',
    'ada@-example.org',
    'ada@127.0.0.1',
    'ada@0x7f.1',
    'ada@[::1]',
    'ada@example.org:25',
    'ada@example.org/path',
    'ada@exa mple.org',
    'a b@example.org',
    'ada@bob@example.org',
    '.ada@example.org',
    'ada.@example.org',
    'a..b@example.org',
    '"a b"@example.org',
    'ada\u202e@example.org',
    'ada\u0000@example.org',
    'ada\r\nbcc@example.org',
    'ada\ud800@example.org',
    'Ada <ada@example.org>',
    `ada@${'x'.repeat(64)}.org`,
    `${'x'.repeat(250)}@example.org`,
    // Longer in ASCII than as it is typed.
    `${'x'.repeat(200)}@${'я'.repeat(40)}.example`,
  ])('%j is none', (typed) => {
    expect(Email.safeParse(typed).error?.issues).toHaveLength(1)
  })
})

describe('who signs in', () => {
  const typed = (email: string) => LogInRequest.safeParse({ email, password: 'x' })

  test.each([
    [' Nobody@', 'nobody@'],
    [' Ada..B@intranet ', 'ada..b@intranet'],
    ['Ada Lovelace <ada@x>', 'ada lovelace <ada@x>'],
  ])('is looked for by what was typed, %s, whether it is an address or not', (email, key) => {
    expect(typed(email).data?.email).toBe(key)
  })

  test('has to type something that can be an account’s', () => {
    for (const email of ['', '  ', 'nobody', 'a\u0000b', '\ud800', 'x'.repeat(255)])
      expect(typed(email).success).toBe(false)
  })
})

test('any text can be looked for among the addresses of accounts', () => {
  expect(['nobody', ' Анна@Пример.рф '].map((text) => EmailQuery.parse(text))).toEqual([
    'nobody',
    'анна@xn--e1afmkfd.xn--p1ai',
  ])
})
