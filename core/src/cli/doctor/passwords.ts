import { systemPlatform } from '@holdfast/contract'
import { openRefusedPasswords } from '../../users/refused-passwords.ts'
import { type Finding, fail, messageOf, ok } from './finding.ts'
import type { Settings } from './settings.ts'

const check = 'refused passwords'

/** Whether the list of passwords that nobody may choose can be read, if one is named. */
export async function passwordFindings({ REFUSED_PASSWORDS_FILE: path }: Settings): Promise<Finding[]> {
  if (path === undefined) return []
  try {
    await (await openRefusedPasswords(path, systemPlatform)).close()
    return [ok(check, `${path} is a sorted list`)]
  } catch (error) {
    return [
      fail(check, messageOf(error), 'core does not start without it: put it there, or remove the setting'),
    ]
  }
}
