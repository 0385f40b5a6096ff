namespace Spa.Emulator.Warp.Ops;

internal interface IScalarTernary<TA, TB, TC, TResult>
{
    static abstract TResult Apply(TA a, TB b, TC c);
}
