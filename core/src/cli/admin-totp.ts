import { systemPlatform } from '@holdfast/contract'
import { Command } from 'commander'
import { makeTotpSecret } from '../administration/second-factor.ts'

/** `holdfast admin-totp` */
export const adminTotpCommand = (): Command =>
  new Command('admin-totp')
    .description('makes a secret for the second factor of an admin; it is shown here and kept nowhere')
    .argument('<name>', 'what the authenticator calls it, e.g. the name of the admin')
    .action((name: string) => {
      const { secret, uri } = makeTotpSecret(name, systemPlatform)
      console.log(`secret: ${secret}\nfor the authenticator: ${uri}`)
      console.log(
        'Put the secret into ADMIN_TOTP_SECRET, or as totpSecret into ADMINS, of core, and restart it.',
      )
    })
