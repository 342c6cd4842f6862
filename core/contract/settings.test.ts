import { expect, test } from 'vitest'
import { AppInput, RateLimits } from './apps.ts'
import { EventInput } from './events.ts'
import { domainDefaults, EventDefaults, HoldSettings } from './hold-settings.ts'

/*
 * A setting that comes with a later version has a default, so that what was written before it, by a program or by
 * people, goes on working.
 */

test('an app is made by its name, and an event by its name and currency: all else has a default', () => {
  expect(AppInput.safeParse({ name: 'Shop' }).error).toBeUndefined()
  expect(EventInput.safeParse({ name: 'Show', currency: 'EUR' }).error).toBeUndefined()
})

test('limits and defaults of an app may be empty, and every domain says what is not set', () => {
  expect(RateLimits.safeParse({}).error).toBeUndefined()
  expect(EventDefaults.safeParse({}).error).toBeUndefined()
  for (const defaults of Object.values(domainDefaults)) {
    expect(HoldSettings.safeParse(defaults).error).toBeUndefined()
  }
})
