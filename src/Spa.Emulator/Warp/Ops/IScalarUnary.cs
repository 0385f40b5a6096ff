namespace Spa.Emulator.Warp.Ops;

internal interface IScalarUnary<TA, TResult>
{
    static abstract TResult Apply(TA a);
}
