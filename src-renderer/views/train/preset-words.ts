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

/** How their authors write them, where that is more than a hyphen. */
const NETWORKS: Readonly<Record<string, string>> = {
  wide_resnet50_2: 'Wide ResNet-50-2',
  densenet121: 'DenseNet-121',
  mobilenet_v2: 'MobileNetV2',
  efficientnet_b0: 'EfficientNet-B0',
  convnext_tiny: 'ConvNeXt-Tiny',
};

/** `resnet10` is "ResNet-10"; everything that is no network stays as it is. */
export function networkName(value: string): string {
  const named = value.replace(/^resnet(?=\d)/, 'ResNet-').replace(/^vgg(?=\d)/, 'VGG-');
  return NETWORKS[value] ?? named.replace(/_bn$/, ' with batch norm');
}
