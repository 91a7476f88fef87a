/** The names of presets and networks as a person reads them. */

const PRESETS: Readonly<Record<string, string>> = {
  quick: 'Quick look',
  standard: 'Standard',
  thorough: 'Thorough',
  demo: 'Settings of the sample',
};

/** @param preset null: every setting was chosen by hand */
export function presetName(preset: string | null): string {
  return preset === null ? 'Own settings' : (PRESETS[preset] ?? preset);
}

/** `resnet10` is "ResNet-10"; everything that is no network stays as it is. */
export function networkName(value: string): string {
  return value.replace(/^resnet(?=\d)/, 'ResNet-').replace(/^vgg(?=\d)/, 'VGG-');
}
