namespace Spa.Emulator.Warp.Ops;

internal interface IScalarBinary<TA, TB, TResult>
{
    static abstract TResult Apply(TA a, TB b);
}
