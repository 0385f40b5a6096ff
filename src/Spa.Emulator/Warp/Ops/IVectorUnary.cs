using System.Runtime.Intrinsics;

namespace Spa.Emulator.Warp.Ops;

internal interface IVectorUnary<T>
{
    static abstract Vector512<T> Apply(Vector512<T> a);
}
