namespace Spa.Engine.Compute.Cuda.Kernels;

/// <summary>Kernels of <c>CudaBackend.Optimizer.cs</c> and <c>CudaBackend.OptimizerKinds.cs</c>.</summary>
internal static class OptimizerKernels
{
    private static readonly int[][] s_variants = [[0, 0], [0, 1], [1, 0], [1, 1]];

    private static readonly string[] s_muonMacros = ["SPA_BF16", "SPA_WEIGHT_BF16", "SPA_VECTOR"];

    public static readonly KernelTemplate GradientNormPartial = new("gradient_norm", "gradient_norm_partial", ["SPA_VECTOR"], registers: 40, variants: [[0], [1]]);

    public static readonly KernelTemplate GradientNormFinish = new("gradient_norm", "gradient_norm_finish", ["SPA_VECTOR"], registers: 40, variants: [[0]]);

    public static readonly KernelTemplate AdamWForward = new("adamw", "adamw_forward", ["SPA_WEIGHT_BF16", "SPA_VECTOR"], registers: 56, s_variants);

    public static readonly KernelTemplate AdamW8Bit = new("adamw_8bit", "adamw_8bit", ["SPA_WEIGHT_BF16", "SPA_VECTOR"], registers: 80, s_variants);

    public static readonly KernelTemplate AdamWBf16 = new("adamw_bf16", "adamw_bf16", ["SPA_VECTOR"], registers: 128, variants: [[0], [1]]);

    public static readonly KernelTemplate LionForward = new("lion", "lion_forward", ["SPA_WEIGHT_BF16", "SPA_VECTOR"], registers: 48, s_variants);

    public static readonly KernelTemplate AdafactorRows = new("adafactor", "adafactor_rows", ["SPA_WEIGHT_BF16"], registers: 48, variants: [[0]]);

    public static readonly KernelTemplate AdafactorColumns = new("adafactor", "adafactor_columns", ["SPA_WEIGHT_BF16"], registers: 48, variants: [[0]]);

    public static readonly KernelTemplate AdafactorFactors = new("adafactor", "adafactor_factors", ["SPA_WEIGHT_BF16"], registers: 48, variants: [[0]]);

    public static readonly KernelTemplate AdafactorSquares = new("adafactor", "adafactor_squares", ["SPA_WEIGHT_BF16"], registers: 48, variants: [[0]]);

    public static readonly KernelTemplate AdafactorScale = new("adafactor", "adafactor_scale", ["SPA_WEIGHT_BF16"], registers: 48, variants: [[0]]);

    public static readonly KernelTemplate AdafactorUpdate = new("adafactor", "adafactor_update", ["SPA_WEIGHT_BF16"], registers: 48, variants: [[0], [1]]);

    public static readonly KernelTemplate MuonMomentum = new("muon", "muon_momentum", s_muonMacros, registers: 64, variants: [[0, 0, 0], [0, 0, 1]]);

    public static readonly KernelTemplate MuonDivide = new("muon", "muon_divide", s_muonMacros, registers: 64, variants: [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1]]);

    public static readonly KernelTemplate MuonCombine = new("muon", "muon_combine", s_muonMacros, registers: 64, variants: [[0, 0, 0], [0, 0, 1], [1, 0, 0], [1, 0, 1]]);

    public static readonly KernelTemplate MuonUpdate = new("muon", "muon_update", s_muonMacros, registers: 64,
        variants: [[0, 0, 0], [0, 0, 1], [0, 1, 0], [0, 1, 1], [1, 0, 0], [1, 0, 1], [1, 1, 0], [1, 1, 1]]);

    public static IEnumerable<KernelTemplate> All =>
    [
        GradientNormPartial, GradientNormFinish, AdamWForward, AdamW8Bit, AdamWBf16, LionForward, AdafactorRows, AdafactorColumns, AdafactorFactors, AdafactorSquares, AdafactorScale,
        AdafactorUpdate, MuonMomentum, MuonDivide, MuonCombine, MuonUpdate,
    ];
}
