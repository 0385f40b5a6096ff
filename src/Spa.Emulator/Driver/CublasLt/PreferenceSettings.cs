namespace Spa.Emulator.Driver.CublasLt;

/// <summary>What a cublasLtMatmulPreference_t holds: nothing that matters, as the only algorithm needs no workspace and splits nothing.</summary>
internal sealed class PreferenceSettings;
