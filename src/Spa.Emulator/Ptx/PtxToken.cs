namespace Spa.Emulator.Ptx;

/// <param name="Kind">What it is.</param>
/// <param name="Text">As written (without quotes for a string).</param>
/// <param name="Value">Bits of a number.</param>
/// <param name="Line">Line of the PTX text, from 1.</param>
internal readonly record struct PtxToken(PtxTokenKind Kind, string Text, ulong Value, int Line)
{
    public bool Is(string text) => Kind is PtxTokenKind.Word or PtxTokenKind.Punctuation && Text == text;

    public bool IsNumber => Kind is PtxTokenKind.Integer or PtxTokenKind.Float32Bits or PtxTokenKind.Float64Bits;
}
