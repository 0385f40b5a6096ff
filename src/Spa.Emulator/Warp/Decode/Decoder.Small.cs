using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Arithmetic of float16 and bfloat16, single and packed.</summary>
internal sealed unsafe partial class Decoder
{
    private void SmallArithmetic()
    {
        TakeRounding();
        bool ftz = Has("ftz"), sat = Has("sat"), relu = Has("relu"), nan = Has("NaN");
        Has("approx");
        PtxType type = TakeType();
        bool packed = type is PtxType.F16x2 or PtxType.BF16x2;
        if (type is PtxType.F16 or PtxType.F16x2) Small<HalfFormat>(type, packed, ftz, sat, relu, nan);
        else Small<BrainFormat>(type, packed, false, sat, relu, nan);
    }

    private void Small<TFormat>(PtxType type, bool packed, bool ftz, bool sat, bool relu, bool nan) where TFormat : ISmallFormat
    {
        if (ftz && sat) Small<TFormat, On, On>(type, packed, relu, nan);
        else if (ftz) Small<TFormat, On, Off>(type, packed, relu, nan);
        else if (sat) Small<TFormat, Off, On>(type, packed, relu, nan);
        else Small<TFormat, Off, Off>(type, packed, relu, nan);
    }

    private void Small<TFormat, TFtz, TSat>(PtxType type, bool packed, bool relu, bool nan) where TFormat : ISmallFormat where TFtz : IFlag where TSat : IFlag
    {
        switch (Mnemonic)
        {
            case "add": SmallBinary<AddSmall<TFormat, TFtz, TSat>>(type, packed); break;
            case "sub": SmallBinary<SubtractSmall<TFormat, TFtz, TSat>>(type, packed); break;
            case "mul": SmallBinary<MultiplySmall<TFormat, TFtz, TSat>>(type, packed); break;
            case "fma":
                if (relu) SmallTernary<FusedSmall<TFormat, TFtz, TSat, On>>(type, packed);
                else SmallTernary<FusedSmall<TFormat, TFtz, TSat, Off>>(type, packed);
                break;
            case "min":
                if (nan) SmallBinary<MinimumSmall<TFormat, TFtz, On>>(type, packed);
                else SmallBinary<MinimumSmall<TFormat, TFtz, Off>>(type, packed);
                break;
            case "max":
                if (nan) SmallBinary<MaximumSmall<TFormat, TFtz, On>>(type, packed);
                else SmallBinary<MaximumSmall<TFormat, TFtz, Off>>(type, packed);
                break;
            case "neg": SmallUnary<NegateSmall>(type, packed, InstructionClass.Float16); break;
            case "abs": SmallUnary<AbsoluteSmall>(type, packed, InstructionClass.Float16); break;
            case "ex2": SmallUnary<Exp2Small<TFormat>>(type, packed, InstructionClass.Special); break;
            case "tanh": SmallUnary<TanhSmall<TFormat>>(type, packed, InstructionClass.Special); break;
            default: throw Unknown();
        }
    }

    private void SmallUnary<TOp>(PtxType type, bool packed, InstructionClass kind) where TOp : IScalarUnary<ushort, ushort> =>
        EmitUnary(packed ? &Alu.Map<uint, uint, PairUnary<TOp>> : (Handler)(&Alu.Map<ushort, ushort, TOp>), type, type, kind, packed ? 2 : 1);

    private void SmallBinary<TOp>(PtxType type, bool packed) where TOp : IScalarBinary<ushort, ushort, ushort> =>
        EmitBinary(packed ? &Alu.Map<uint, uint, uint, Pair<TOp>> : (Handler)(&Alu.Map<ushort, ushort, ushort, TOp>), type, type, type, InstructionClass.Float16, packed ? 2 : 1);

    private void SmallTernary<TOp>(PtxType type, bool packed) where TOp : IScalarTernary<ushort, ushort, ushort, ushort> =>
        EmitTernary(packed ? &Alu.Map<uint, uint, uint, uint, PairTernary<TOp>> : (Handler)(&Alu.Map<ushort, ushort, ushort, ushort, TOp>), type, type, type, type, InstructionClass.Float16, packed ? 4 : 2);
}
