namespace Spa.Emulator.Ptx;

internal enum PtxTokenKind
{
    /// <summary>A name, directive or opcode with its modifiers: letters, digits, <c>_ $ % .</c> and inner <c>::</c>.</summary>
    Word,
    Integer,

    /// <summary><c>0f</c> and 8 hexadecimal digits.</summary>
    Float32Bits,

    /// <summary><c>0d</c> and 16 hexadecimal digits, or a decimal floating-point number.</summary>
    Float64Bits,
    Text,
    Punctuation,
    End,
}
