const DEFAULT_JRE = 'default-jre-headless'

/**
 * Returns the one command that installs a Java new enough for DynamoDB Local.
 *
 * @param platform `process.platform`
 * @param osRelease the text of `/etc/os-release`, used on Linux only
 */
export function installJavaCommand(platform: NodeJS.Platform, osRelease = ''): string {
  if (platform === 'darwin') return 'brew install openjdk'
  if (platform === 'win32') return 'winget install --exact --id EclipseAdoptium.Temurin.21.JRE'

  const release: Record<string, string> = {}
  for (const [, name = '', value = ''] of osRelease.matchAll(/^(\w+)="?(.*?)"?$/gm)) release[name] = value
  const families = [release.ID ?? '', ...(release.ID_LIKE ?? '').split(' ')]
  for (const family of families) {
    switch (family) {
      case 'debian':
      case 'ubuntu':
        return aptGet(defaultIsTooOld(release) ? 'openjdk-17-jre-headless' : DEFAULT_JRE)
      case 'amzn':
        return 'sudo dnf install -y java-21-amazon-corretto-headless'
      case 'fedora':
        return release.ID === 'fedora'
          ? 'sudo dnf install -y java-latest-openjdk-headless'
          : 'sudo dnf install -y java-21-openjdk-headless'
      case 'rhel':
      case 'centos':
        return 'sudo dnf install -y java-21-openjdk-headless'
      case 'alpine':
        return 'sudo apk add openjdk21-jre-headless'
      case 'arch':
        return 'sudo pacman -S --noconfirm jre-openjdk-headless'
      case 'suse':
      case 'opensuse':
        return 'sudo zypper install -y java-21-openjdk-headless'
    }
  }
  return aptGet(DEFAULT_JRE)
}

function aptGet(name: string): string {
  return `sudo apt-get install -y ${name}`
}

/** Whether the default Java is too old: Debian 11 and Ubuntu 22.04 are the last releases whose default is Java 11. */
function defaultIsTooOld(release: Record<string, string>): boolean {
  const version = Number(release.VERSION_ID)
  return (release.ID === 'debian' && version <= 11) || (release.ID === 'ubuntu' && version <= 22.04)
}
