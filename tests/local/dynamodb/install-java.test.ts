import { describe, expect, test } from 'vitest'
import { installJavaCommand } from '../../../local/dynamodb/install-java.ts'

describe('installJavaCommand', () => {
  test.each([
    [
      'Debian',
      'linux',
      'PRETTY_NAME="Debian GNU/Linux 12"\nVERSION_ID="12"\nID=debian\n',
      'sudo apt-get install -y default-jre-headless',
    ],
    [
      'Ubuntu',
      'linux',
      'ID=ubuntu\nID_LIKE=debian\nVERSION_ID="24.04"\n',
      'sudo apt-get install -y default-jre-headless',
    ],
    [
      'an Ubuntu whose default Java is too old',
      'linux',
      'ID=ubuntu\nVERSION_ID="22.04"\n',
      'sudo apt-get install -y openjdk-17-jre-headless',
    ],
    [
      'a derivative of Ubuntu',
      'linux',
      'ID=linuxmint\nID_LIKE="ubuntu debian"\n',
      'sudo apt-get install -y default-jre-headless',
    ],
    ['Fedora', 'linux', 'ID=fedora\nVERSION_ID=41\n', 'sudo dnf install -y java-latest-openjdk-headless'],
    [
      'Rocky Linux',
      'linux',
      'ID="rocky"\nID_LIKE="rhel centos fedora"\n',
      'sudo dnf install -y java-21-openjdk-headless',
    ],
    ['Amazon Linux', 'linux', 'ID="amzn"\nID_LIKE="fedora"\n', 'sudo dnf install -y java-21-amazon-corretto-headless'],
    ['Alpine', 'linux', 'NAME="Alpine Linux"\nID=alpine\n', 'sudo apk add openjdk21-jre-headless'],
    ['macOS', 'darwin', '', 'brew install openjdk'],
    ['Windows', 'win32', '', 'winget install --exact --id EclipseAdoptium.Temurin.21.JRE'],
  ] as const)('names the command of %s', (_name, platform, osRelease, command) => {
    expect(installJavaCommand(platform, osRelease)).toBe(command)
  })
})
