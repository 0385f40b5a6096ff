namespace Spa.Emulator.Ptx;

/// <summary>Fundamental types of PTX; the order groups them by kind.</summary>
internal enum PtxType : byte
{
    None,
    Pred,
    B8, B16, B32, B64, B128,
    U8, U16, U32, U64,
    S8, S16, S32, S64,
    F16, F16x2, BF16, BF16x2, TF32, F32, F64,
    U16x2, S16x2,
    E4M3x2, E5M2x2,
}
