using Spa.Emulator.Counters;
using Spa.Emulator.Ptx;
using Spa.Emulator.Warp.Ops;

namespace Spa.Emulator.Warp.Decode;

/// <summary>Arithmetic of float32 and float64.</summary>
internal sealed unsafe partial class Decoder
{
    private const PtxType F32 = PtxType.F32, F64 = PtxType.F64;

    private void Float32Arithmetic()
    {
        const InstructionClass Kind = InstructionClass.Float32;
        Rounding rounding = TakeRounding() ?? Rounding.Nearest;
        bool ftz = Has("ftz"), sat = Has("sat"), nan = Has("NaN"), approx = Has("approx");
        // div.full has a documented error of 2 units; the exact quotient is within it.
        Has("full");
        TakeType();
        if (rounding != Rounding.Nearest && Mnemonic is ("add" or "sub" or "mul" or "fma" or "mad" or "div" or "rcp" or "sqrt"))
        {
            DirectedArithmetic(rounding, ftz, sat);
            return;
        }
        if (rounding != Rounding.Nearest) throw Unknown();
        switch (Mnemonic)
        {
            case "add": EmitBinary(Flagged<float, AddF32<Off, Off>, AddF32<On, Off>, AddF32<Off, On>, AddF32<On, On>>(ftz, sat), F32, F32, F32, Kind, 1); break;
            case "sub": EmitBinary(Flagged<float, SubtractF32<Off, Off>, SubtractF32<On, Off>, SubtractF32<Off, On>, SubtractF32<On, On>>(ftz, sat), F32, F32, F32, Kind, 1); break;
            case "mul": EmitBinary(Flagged<float, MultiplyF32<Off, Off>, MultiplyF32<On, Off>, MultiplyF32<Off, On>, MultiplyF32<On, On>>(ftz, sat), F32, F32, F32, Kind, 1); break;
            case "fma" or "mad":
                Handler fused = (ftz, sat) switch
                {
                    (false, false) => &Alu.Ternary<float, FusedF32<Off, Off>>,
                    (true, false) => &Alu.Ternary<float, FusedF32<On, Off>>,
                    (false, true) => &Alu.Ternary<float, FusedF32<Off, On>>,
                    _ => &Alu.Ternary<float, FusedF32<On, On>>,
                };
                EmitTernary(fused, F32, F32, F32, F32, Kind, 2);
                break;
            case "div" when approx: EmitBinary(ftz ? &Alu.Binary<float, DivideApproxF32<On>> : (Handler)(&Alu.Binary<float, DivideApproxF32<Off>>), F32, F32, F32, InstructionClass.Special, 1); break;
            case "div": EmitBinary(ftz ? &Alu.Binary<float, DivideF32<On>> : (Handler)(&Alu.Binary<float, DivideF32<Off>>), F32, F32, F32, Kind, 1); break;
            case "min" or "max" when OperandCount == 3: MinimumMaximum(ftz, nan); break;
            case "neg": EmitUnary(ftz ? &Alu.Unary<float, NegateF32<On>> : (Handler)(&Alu.Unary<float, NegateF32<Off>>), F32, F32, Kind); break;
            case "abs": EmitUnary(ftz ? &Alu.Unary<float, AbsoluteF32<On>> : (Handler)(&Alu.Unary<float, AbsoluteF32<Off>>), F32, F32, Kind); break;
            case "copysign": EmitBinary(&Alu.Binary<uint, CopySignF32>, F32, F32, F32, Kind); break;
            case "rcp": EmitUnary(ftz ? &Alu.Unary<float, ReciprocalF32<On>> : (Handler)(&Alu.Unary<float, ReciprocalF32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "sqrt": EmitUnary(ftz ? &Alu.Unary<float, RootF32<On>> : (Handler)(&Alu.Unary<float, RootF32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "rsqrt" when approx: EmitUnary(ftz ? &Alu.Unary<float, ReciprocalRootF32<On>> : (Handler)(&Alu.Unary<float, ReciprocalRootF32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "ex2" when approx: EmitUnary(ftz ? &Alu.Unary<float, Exp2F32<On>> : (Handler)(&Alu.Unary<float, Exp2F32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "lg2" when approx: EmitUnary(ftz ? &Alu.Unary<float, Log2F32<On>> : (Handler)(&Alu.Unary<float, Log2F32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "sin" when approx: EmitUnary(ftz ? &Alu.Map<float, float, SineF32<On>> : (Handler)(&Alu.Map<float, float, SineF32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "cos" when approx: EmitUnary(ftz ? &Alu.Map<float, float, CosineF32<On>> : (Handler)(&Alu.Map<float, float, CosineF32<Off>>), F32, F32, InstructionClass.Special, 1); break;
            case "tanh" when approx: EmitUnary(&Alu.Unary<float, TanhF32>, F32, F32, InstructionClass.Special, 1); break;
            default: throw Unknown();
        }
    }

    private void MinimumMaximum(bool ftz, bool nan)
    {
        Handler handler = (Mnemonic == "min", ftz, nan) switch
        {
            (true, false, false) => &Alu.Binary<float, MinimumF32<Off, Off>>,
            (true, true, false) => &Alu.Binary<float, MinimumF32<On, Off>>,
            (true, false, true) => &Alu.Binary<float, MinimumF32<Off, On>>,
            (true, true, true) => &Alu.Binary<float, MinimumF32<On, On>>,
            (false, false, false) => &Alu.Binary<float, MaximumF32<Off, Off>>,
            (false, true, false) => &Alu.Binary<float, MaximumF32<On, Off>>,
            (false, false, true) => &Alu.Binary<float, MaximumF32<Off, On>>,
            _ => &Alu.Binary<float, MaximumF32<On, On>>,
        };
        EmitBinary(handler, F32, F32, F32, InstructionClass.Float32, 1);
    }

    private void DirectedArithmetic(Rounding rounding, bool ftz, bool sat)
    {
        switch (rounding)
        {
            case Rounding.Zero: DirectedArithmetic<ToZero>(ftz, sat); break;
            case Rounding.Down: DirectedArithmetic<ToDown>(ftz, sat); break;
            case Rounding.Up: DirectedArithmetic<ToUp>(ftz, sat); break;
            default: throw Unknown();
        }
    }

    private void DirectedArithmetic<TMode>(bool ftz, bool sat) where TMode : IRounding
    {
        if (ftz)
        {
            if (sat) DirectedArithmetic<TMode, On, On>();
            else DirectedArithmetic<TMode, On, Off>();
        }
        else if (sat)
        {
            DirectedArithmetic<TMode, Off, On>();
        }
        else
        {
            DirectedArithmetic<TMode, Off, Off>();
        }
    }

    private void DirectedArithmetic<TMode, TFtz, TSat>() where TMode : IRounding where TFtz : IFlag where TSat : IFlag
    {
        switch (Mnemonic)
        {
            case "add": EmitBinary(&Alu.Map<float, float, float, AddDirected<TMode, TFtz, TSat>>, F32, F32, F32, InstructionClass.Float32, 1); break;
            case "sub": EmitBinary(&Alu.Map<float, float, float, SubtractDirected<TMode, TFtz, TSat>>, F32, F32, F32, InstructionClass.Float32, 1); break;
            case "mul": EmitBinary(&Alu.Map<float, float, float, MultiplyDirected<TMode, TFtz, TSat>>, F32, F32, F32, InstructionClass.Float32, 1); break;
            case "fma" or "mad": EmitTernary(&Alu.Map<float, float, float, float, FusedDirected<TMode, TFtz, TSat>>, F32, F32, F32, F32, InstructionClass.Float32, 2); break;
            case "div": EmitBinary(&Alu.Map<float, float, float, DivideDirected<TMode, TFtz>>, F32, F32, F32, InstructionClass.Float32, 1); break;
            case "rcp": EmitUnary(&Alu.Map<float, float, ReciprocalDirected<TMode, TFtz>>, F32, F32, InstructionClass.Special, 1); break;
            default: EmitUnary(&Alu.Map<float, float, RootDirected<TMode, TFtz>>, F32, F32, InstructionClass.Special, 1); break;
        }
    }

    private void Float64Arithmetic()
    {
        const InstructionClass Kind = InstructionClass.Float64;
        Rounding rounding = TakeRounding() ?? Rounding.Nearest;
        bool approx = Has("approx"), ftz = Has("ftz");
        TakeType();
        if (rounding != Rounding.Nearest)
        {
            switch (rounding)
            {
                case Rounding.Zero: DirectedFloat64<ToZero>(); break;
                case Rounding.Down: DirectedFloat64<ToDown>(); break;
                case Rounding.Up: DirectedFloat64<ToUp>(); break;
                default: throw Unknown();
            }
            return;
        }
        switch (Mnemonic)
        {
            case "add": EmitBinary(&Alu.Binary<double, Add<double>>, F64, F64, F64, Kind, 1); break;
            case "sub": EmitBinary(&Alu.Binary<double, Subtract<double>>, F64, F64, F64, Kind, 1); break;
            case "mul": EmitBinary(&Alu.Binary<double, Multiply<double>>, F64, F64, F64, Kind, 1); break;
            case "fma" or "mad": EmitTernary(&Alu.Ternary<double, FusedF64>, F64, F64, F64, F64, Kind, 2); break;
            case "div": EmitBinary(&Alu.Binary<double, DivideF64>, F64, F64, F64, Kind, 1); break;
            case "min": EmitBinary(&Alu.Binary<double, MinimumF64>, F64, F64, F64, Kind, 1); break;
            case "max": EmitBinary(&Alu.Binary<double, MaximumF64>, F64, F64, F64, Kind, 1); break;
            case "neg": EmitUnary(&Alu.Unary<double, NegateF64>, F64, F64, Kind); break;
            case "abs": EmitUnary(&Alu.Unary<double, AbsoluteF64>, F64, F64, Kind); break;
            case "copysign": EmitBinary(&Alu.Binary<ulong, CopySignF64>, F64, F64, F64, Kind); break;
            case "sqrt": EmitUnary(&Alu.Unary<double, RootF64>, F64, F64, InstructionClass.Special, 1); break;
            case "rcp": EmitUnary(approx ? &Alu.Unary<double, ReciprocalApproxF64> : (Handler)(&Alu.Unary<double, ReciprocalF64>), F64, F64, InstructionClass.Special, 1); break;
            case "rsqrt" when approx: EmitUnary(ftz ? &Alu.Unary<double, ReciprocalRootF64<On>> : (Handler)(&Alu.Unary<double, ReciprocalRootF64<Off>>), F64, F64, InstructionClass.Special, 1); break;
            default: throw Unknown();
        }
    }

    private void DirectedFloat64<TMode>() where TMode : IRounding
    {
        switch (Mnemonic)
        {
            case "add": EmitBinary(&Alu.Map<double, double, double, AddDirectedF64<TMode>>, F64, F64, F64, InstructionClass.Float64, 1); break;
            case "mul": EmitBinary(&Alu.Map<double, double, double, MultiplyDirectedF64<TMode>>, F64, F64, F64, InstructionClass.Float64, 1); break;
            default: throw Unknown();
        }
    }
}
